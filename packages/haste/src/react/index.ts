// Haste for React.
export { useLivePage, type UseLivePage, type UseLivePageOptions } from "./use-live-page.ts";
