// The longest increasing subsequence of distinct numbers, by patience sorting.

/** Its numbers, in order; one of the longest. O(n log n). */
export function longestIncreasing(numbers: readonly number[]): number[] {
  /** For each length, the index of the smallest number that ends a sequence of it. */
  const tails: number[] = [];
  const previous: number[] = [];
  numbers.forEach((number, index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((numbers[tails[middle] as number] as number) < number) low = middle + 1;
      else high = middle;
    }
    previous.push(low === 0 ? -1 : (tails[low - 1] as number));
    tails[low] = index;
  });
  const sequence: number[] = [];
  for (let index = tails.at(-1) ?? -1; index >= 0; index = previous[index] as number) {
    sequence.push(numbers[index] as number);
  }
  return sequence.reverse();
}
