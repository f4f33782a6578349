// The channel of a view: what clients push, and what becomes of it. PROTOCOL.md has the shapes.
import {
  Channel,
  deny,
  noreply,
  ok,
  reply,
  stop,
  type HandleInResult,
  type HandleResult,
  type IncomingPush,
  type JoinResult,
  type Untyped,
} from "@slipstream/server";
import { versionText } from "./engine/version.ts";
import { PageError } from "./errors.ts";
import type { HasteHost } from "./haste-host.ts";
import type { Page } from "./page/page.ts";
import {
  parseChange,
  parseCount,
  parseJoin,
  parseSeen,
  parseSize,
  parseWhy,
} from "./protocol/request.ts";
import type { ServedView } from "./view/served-views.ts";

/** What the channel says to itself. */
type Note = { readonly type: "start" } | { readonly type: "ended"; readonly error: PageError };

/** Answers that one page may be waiting for. */
const MAX_PENDING = 32;

type ViewChannel = typeof Channel;

/** The channel class of a view. */
export function pageChannel(
  host: HasteHost,
  served: ServedView,
): new (...args: ConstructorParameters<ViewChannel>) => Channel {
  return class PageChannel extends Channel {
    #page: Page | null = null;
    #close: (() => void) | null = null;
    #pending = 0;

    override async join(params: unknown): Promise<JoinResult<Untyped>> {
      try {
        const request = parseJoin(params);
        const began = performance.now();
        const view = await served.current();
        const { page, close } = host.admit(view, this, request, (error) =>
          this.sendInfo({ type: "ended", error } satisfies Note),
        );
        this.#close = close;
        const opened = await page.open(request);
        this.#page = page;
        host.opened(page, performance.now() - began, opened.resumed === "replay");
        this.sendInfo({ type: "start" } satisfies Note);
        return ok(opened);
      } catch (error) {
        this.#close?.();
        return deny(host.explain(served.view, error).toResponse());
      }
    }

    override handleIn({ event, payload }: IncomingPush<Untyped>): HandleInResult<Untyped> {
      const page = this.#page;
      try {
        if (page === null) throw new PageError("closed", "The page has ended.");
        switch (event) {
          case "grow": {
            const size = parseSize(payload);
            host.ask(this);
            return this.#later(() => page.grow(size));
          }
          case "resize": {
            const size = parseSize(payload);
            host.ask(this);
            return this.#later(() => page.resize(size));
          }
          case "change": {
            const change = parseChange(payload);
            host.ask(this);
            return this.#later(() => page.change(change));
          }
          case "pause":
            page.member.hold("paused");
            return reply();
          case "resume":
            page.member.release("paused");
            return reply();
          case "count": {
            const { maxCount } = page.view.limits;
            const cap = Math.min(parseCount(payload).cap ?? maxCount, maxCount);
            host.ask(this);
            return this.#later(async () => {
              await host.decided(page);
              return await page.count(cap);
            });
          }
          case "seen": {
            const { xid } = parseSeen(payload);
            host.ask(this);
            const { seenTimeout } = host.limits;
            return this.#later(async () => ({
              version: versionText(await page.seen(xid, seenTimeout)),
            }));
          }
          case "why":
            page.member.why = parseWhy(payload).on;
            return reply();
          default:
            throw new PageError("invalid_page", "There is no event of this name; see PROTOCOL.md.");
        }
      } catch (error) {
        return reply("error", host.explain(served.view, error).toResponse());
      }
    }

    override handleInfo(info: unknown): HandleResult {
      const note = info as Note;
      if (note.type === "start") return this.#page?.start();
      this.push("ended", note.error.toResponse());
      return stop(note.error.code);
    }

    override terminate(): void {
      this.#close?.();
    }

    /** Begins what the promise says the answer of, and answers then. */
    #later(begin: () => Promise<unknown>): HandleInResult<Untyped> {
      if (this.#pending >= MAX_PENDING) {
        throw new PageError("too_fast", `${MAX_PENDING} questions are open. Wait for an answer.`);
      }
      const answer = begin();
      this.#pending += 1;
      const later = this.replyLater();
      answer
        .then(
          (response) => later.reply(response ?? {}),
          (error: unknown) => later.reply("error", host.explain(served.view, error).toResponse()),
        )
        .finally(() => (this.#pending -= 1))
        .catch(() => {});
      return noreply();
    }
  };
}
