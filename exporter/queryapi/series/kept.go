package series

import "sync"

// kept holds what is worked out once. Its values must not be changed.
type kept[K comparable, V any] struct {
	mu  sync.Mutex
	all map[K]V
}

// get gives what is kept under the key, or finds it. Two who ask at once may
// both find it; neither waits for the other.
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
