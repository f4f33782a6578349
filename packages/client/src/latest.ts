// What the sockets of a program have in common is kept once: there may be many thousands of them.
// The production build for browsers, in which there are few, makes it anew for each.

/**
 * Remembers what was made last, as long as somebody holds it, and gives it again where it is the same.
 *
 * @example
 * ```ts
 * const sameUrl = latest<{ href: string }>();
 * const url = sameUrl((before) => before.href === href, () => ({ href }));
 * ```
 */
export function latest<T extends object>(): (isSame: (before: T) => boolean, make: () => T) => T {
  let last: WeakRef<T> | undefined;
  return (isSame, make) => {
    const before = last?.deref();
    if (before !== undefined && isSame(before)) return before;
    const made = make();
    last = new WeakRef(made);
    return made;
  };
}
