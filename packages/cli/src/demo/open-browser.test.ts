import { expect, test } from "vitest";
import { mayOpenBrowser } from "./open-browser.ts";

test.each([
  ["a desktop", { DISPLAY: ":0" }, "linux", true],
  ["Wayland", { WAYLAND_DISPLAY: "wayland-0" }, "linux", true],
  ["WSL", { WSL_DISTRO_NAME: "Debian" }, "linux", true],
  ["a server", {}, "linux", false],
  ["an empty variable", { DISPLAY: "" }, "linux", false],
  ["macOS", {}, "darwin", true],
  ["Windows", {}, "win32", true],
  ["CI", { CI: "true", DISPLAY: ":0" }, "linux", false],
  ["CI on macOS", { CI: "1" }, "darwin", false],
  ["SSH", { SSH_CONNECTION: "10.0.0.1 5 10.0.0.2 22" }, "darwin", false],
  ["SSH that forwards X11", { SSH_TTY: "/dev/pts/0", DISPLAY: ":10" }, "linux", false],
] as const)("a browser may be opened: %s", (_where, env, platform, expected) => {
  expect(mayOpenBrowser(env, platform)).toBe(expected);
});
