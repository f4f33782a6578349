// Haste for React.
export { useLiveList, type UseLiveList, type UseLiveListOptions } from "./use-live-list.ts";
export { useLivePage, type UseLivePage, type UseLivePageOptions } from "./use-live-page.ts";
