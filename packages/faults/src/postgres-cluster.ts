// A real PostgreSQL: a cluster of its own in a temporary folder, on a spare port of loopback, killed
// and restarted at will. Its default collation is ICU's English, since that is what trips up whoever
// compares text by bytes.
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { sparePort } from "./spare-port.ts";

/** PostgreSQL refuses to run as root: then it is the user that its package made, or nobody. */
function ownerOf(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: "-u" | "-g", user: string): number =>
    Number(execFileSync("id", [flag, user], { stdio: ["ignore", "pipe", "ignore"] }));
  for (const user of ["postgres", "nobody"]) {
    try {
      return { uid: id("-u", user), gid: id("-g", user) };
    } catch {
      // The next one.
    }
  }
  throw new Error(
    "PostgreSQL cannot run as root, and there is neither a user postgres nor nobody.",
  );
}

function programsFolder(): string {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a));
  const folders = [
    ...newestFirst.map((version) => join(debian, version, "bin")),
    ...(process.env["PATH"] ?? "").split(delimiter),
  ];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")));
  if (found === undefined) throw new Error("No PostgreSQL: apt-get install postgresql");
  return found;
}

/** The processes of a server, which makes no more of them. */
function frozenProcessesOf({ pid }: ChildProcess): readonly number[] {
  if (pid === undefined) return [];
  process.kill(pid, "SIGSTOP");
  const kernels = `/proc/${pid}/task/${pid}/children`;
  if (existsSync(kernels))
    return readFileSync(kernels, "latin1").split(" ").filter(Boolean).map(Number);
  const listed = spawnSync("pgrep", ["-P", `${pid}`], { encoding: "utf8" });
  if (listed.error !== undefined) throw listed.error;
  return listed.stdout.split("\n").filter(Boolean).map(Number);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

const inUse = /pre-existing shared memory block|another postmaster|lock file .* already exists/;

/**
 * One cluster. It ends with this process at the latest, and its folder with it.
 *
 * @example
 * ```ts
 * const cluster = new PostgresCluster(["max_replication_slots=4"]);
 * await cluster.start();
 * const client = new Client({ connectionString: cluster.connectionString() });
 * // …
 * await cluster.remove();
 * ```
 */
export class PostgresCluster {
  /** On loopback; 0 before the first {@link start}. */
  port = 0;
  /** What it has printed since it was started. */
  said = "";
  readonly #settings: readonly string[];
  readonly #owner: ReturnType<typeof ownerOf> = ownerOf();
  #folder: string | null = null;
  #child: ChildProcess | null = null;

  /** @param settings such as `max_replication_slots=4`; wal_level is logical unless they say else. */
  constructor(settings: readonly string[] = []) {
    this.#settings = settings;
  }

  /** Starts it, again on its port and once what is left of it after a kill has gone. */
  async start(): Promise<void> {
    const folder = (this.#folder ??= this.#makeFolder());
    if (this.port === 0) this.port = await sparePort();
    while (!(await this.#tryStart(folder))) {
      if (!inUse.test(this.said)) throw new Error(`postgres ended: ${this.said}`);
    }
  }

  #makeFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "slipstream-postgres-"));
    const { uid, gid } = this.#owner;
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    const locale = ["--locale-provider=icu", "--icu-locale=en-US", "--locale=C.UTF-8"];
    execFileSync(
      join(programsFolder(), "initdb"),
      ["-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", ...locale],
      { ...this.#owner, cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
    );
    return folder;
  }

  async #tryStart(folder: string): Promise<boolean> {
    this.said = "";
    const settings = [
      "listen_addresses=127.0.0.1",
      `port=${this.port}`,
      "unix_socket_directories=",
      "wal_level=logical",
      "max_slot_wal_keep_size=1GB",
      // The machine outlives whoever started it, and a kill of the server loses nothing that was written.
      "fsync=off",
      ...this.#settings,
    ].flatMap((setting) => ["-c", setting]);
    const child = spawn(join(programsFolder(), "postgres"), ["-D", folder, ...settings], {
      ...this.#owner,
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child = child;
    process.once("exit", this.#atExit);
    return await new Promise<boolean>((resolve, reject) => {
      child.stderr.on("data", (text: Buffer) => {
        this.said = (this.said + text.toString()).slice(-100_000);
        if (this.said.includes("ready to accept connections")) resolve(true);
      });
      child.on("error", reject);
      child.on("close", () => resolve(false));
    });
  }

  readonly #atExit = (): void => {
    this.#child?.kill("SIGQUIT");
    this.#deleteFolder();
  };

  #deleteFolder(): void {
    if (this.#folder === null) return;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 });
    this.#folder = null;
  }

  /** Where to connect to as its superuser. */
  connectionString(database = "postgres", user = "postgres"): string {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`;
  }

  /**
   * SIGKILL is a crash, SIGQUIT the same by its own hand, SIGINT a shutdown that waits until each
   * replication client has acknowledged all.
   */
  async stop(signal: "SIGKILL" | "SIGQUIT" | "SIGINT"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    process.removeListener("exit", this.#atExit);
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "exit");
    // A crash takes its processes along: what one of them waits for in the others never comes, and while
    // it waits no server can start.
    const processes = signal === "SIGKILL" ? frozenProcessesOf(child) : [];
    child.kill(signal);
    for (const pid of processes) killIfThere(pid);
    await closed;
    child.stderr?.destroy();
  }

  /** Ends it and deletes its folder. */
  async remove(): Promise<void> {
    await this.stop("SIGQUIT");
    this.#deleteFolder();
  }
}
