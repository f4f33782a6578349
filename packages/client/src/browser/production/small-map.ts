// Stands in for the core's small-map.ts: a page has few sockets, and has no use for small ones.
export const SmallMap: MapConstructor = Map;
