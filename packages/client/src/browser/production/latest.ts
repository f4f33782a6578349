// In place of ../../latest.ts in the production build: a page has few sockets.
import type * as full from "../../latest.ts";

export const sharedUrl: typeof full.sharedUrl = (href) => ({ href });
export const sharedSettings: typeof full.sharedSettings = (_given, _renewable, make) => make();
