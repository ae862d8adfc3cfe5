package series

import "sync"

// kept caches computed values, which must not be modified.
type kept[K comparable, V any] struct {
	mu  sync.Mutex
	all map[K]V
}

// get returns the cached value of the key, or computes it. Two concurrent
// callers may both compute it; neither waits for the other.
func (k *kept[K, V]) get(key K, find func() V) V {
	k.mu.Lock()
	v, ok := k.all[key]
	k.mu.Unlock()
	if ok {
		return v
	}
	v = find()
	k.put(key, v)
	return v
}

func (k *kept[K, V]) put(key K, v V) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[K]V{}
	}
	k.all[key] = v
}

// inherit takes over the values of another cache whose keys are wanted.
func (k *kept[K, V]) inherit(o *kept[K, V], wanted func(K) bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, v := range o.all {
		if wanted(key) {
			k.put(key, v)
		}
	}
}
