"""Pure data: states, abstract values, the store, effects and origins; standard library only."""
