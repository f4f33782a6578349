// Which seeds are run.

/** The first so many, or as many as HASTE_SEEDS says, or the one of HASTE_SEED. */
export function seeds(count: number): readonly number[] {
  const one = process.env["HASTE_SEED"];
  if (one !== undefined) return [Number(one)];
  return Array.from({ length: Number(process.env["HASTE_SEEDS"] ?? count) }, (_, at) => at + 1);
}
