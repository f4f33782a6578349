// Opens a page in the user's browser, where there is a user who looks at this screen, and one to open.

type Env = Readonly<Record<string, string | undefined>>;

/** Whether a browser may be opened without asking: never by CI, nor over SSH. */
export function mayOpenBrowser(env: Env, platform: NodeJS.Platform): boolean {
  const isSet = (name: string): boolean => (env[name] ?? "") !== "";
  if (isSet("CI") || isSet("SSH_CONNECTION") || isSet("SSH_TTY")) return false;
  if (platform === "darwin" || platform === "win32") return true;
  return isSet("DISPLAY") || isSet("WAYLAND_DISPLAY") || isSet("WSL_DISTRO_NAME");
}

/** Does it, if it can be done: the URL has been printed, too. */
export async function openBrowser(url: string): Promise<void> {
  const { default: open } = await import("open");
  await open(url).catch(() => undefined);
}
