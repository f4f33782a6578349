// Text that a peer wrote, made safe to print: nothing in it can move the cursor, change a title or
// turn the reading direction.

// oxlint-disable-next-line no-control-regex -- these are what must not reach the terminal
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/** The text with each such character as its escape, which is the one of JSON: `\u001b`. */
export function safeText(text: string): string {
  return text.replace(
    UNSAFE,
    (unsafe) => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
