// What the sockets of a program have in common is kept once: there may be many thousands of them. The
// production build for browsers, in which there are few, makes it anew for each.
import type { Settings } from "./settings.ts";

/** Remembers what was made last, as long as somebody holds it, and gives it again where it is the same. */
class Latest<T extends object> {
  #last: WeakRef<T> | undefined;

  of(isSame: (before: T) => boolean, make: () => T): T {
    const before = this.#last?.deref();
    if (before !== undefined && isSame(before)) return before;
    const made = make();
    this.#last = new WeakRef(made);
    return made;
  }
}

const latestUrl = /* @__PURE__ */ new Latest<{ readonly href: string }>();
const latestSettings = /* @__PURE__ */ new Latest<Settings>();

export function sharedUrl(href: string): { readonly href: string } {
  return latestUrl.of(
    (before) => before.href === href,
    () => ({ href }),
  );
}

/** What `make` makes of these. */
export function sharedSettings(given: object, renewable: boolean, make: () => Settings): Settings {
  return latestSettings.of(
    (before) => before.renewable === renewable && areSame(before.given, given),
    make,
  );
}

function areSame(one: object, other: object): boolean {
  const names = Object.keys({ ...one, ...other }) as never[];
  return names.every((name) => one[name] === other[name]);
}
