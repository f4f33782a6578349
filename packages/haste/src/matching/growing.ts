// Arrays of numbers that grow: what indexes are made of, so that looking something up touches few
// lines of memory.

/** The same numbers at the start of an array of twice the length. */
export function doubled<Values extends Float64Array | Uint32Array | Uint8Array>(
  values: Values,
): Values {
  const larger = new (values.constructor as new (length: number) => Values)(values.length * 2);
  larger.set(values);
  return larger;
}
