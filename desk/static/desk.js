// The page works without this script. It makes dropping a file work, and shows the
// progress of what is being stored.
'use strict';
document.documentElement.classList.add('script');

// drop lets files be dropped on the form that takes them.
function drop(form) {
  const zone = form.querySelector('.drop');
  const input = form.querySelector('input[type=file]');
  for (const name of ['dragenter', 'dragover']) {
    document.addEventListener(name, (e) => { e.preventDefault(); zone.classList.add('over'); });
  }
  document.addEventListener('dragleave', (e) => { if (!e.relatedTarget) zone.classList.remove('over'); });
  document.addEventListener('drop', (e) => {
    e.preventDefault();
    zone.classList.remove('over');
    if (e.dataTransfer.files.length === 0) return;
    input.files = e.dataTransfer.files;
    form.requestSubmit();
  });
}

// say tells a screen reader what has changed.
function say(text) { document.getElementById('live').textContent = text; }

// swap replaces the content of the page by that of another one.
function swap(text) {
  const fresh = new DOMParser().parseFromString(text, 'text/html');
  const main = fresh.getElementById('main');
  if (!main) return false;
  const old = document.getElementById('main');
  old.replaceWith(main);
  document.title = fresh.title;
  begin();
  return true;
}

// watch loads the page again while its content changes by itself.
function watch(main) {
  setTimeout(async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
      if (answer.redirected) { location.href = answer.url; return; }
      if (answer.ok && swap(await answer.text())) {
        say((document.querySelector('main [role=status]') || document.querySelector('main h1')).textContent.trim());
        return;
      }
    } catch { /* the connection is away: look again */ }
    if (document.contains(main)) watch(main);
  }, 700);
}

// begin gives the content of the page what it needs.
function begin() {
  const main = document.getElementById('main');
  if (main.dataset.refresh) watch(main);
  for (const form of main.querySelectorAll('form[data-drop]')) drop(form);
  for (const button of main.querySelectorAll('[data-print]')) button.addEventListener('click', () => print());
}
begin();
