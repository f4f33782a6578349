// The serializers against what a real Phoenix server and a raw client said to each other.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SAID } from "../fixtures/phoenix-1.7.24.messages.ts";
import { DecodeError, type Frame, type Serializer } from "./serializer.ts";
import { V1 } from "./v1.ts";
import { V2 } from "./v2.ts";

interface Section {
  readonly title: string;
  readonly client: Frame[];
  readonly server: Frame[];
}

const recording = readFileSync(
  new URL("../fixtures/phoenix-1.7.24.frames.txt", import.meta.url),
  "utf8",
);
const sections = recording.split(/^### /m).slice(1).map(sectionOf);

function sectionOf(text: string): Section {
  const [title = "", ...lines] = text.split("\n");
  const from = (arrow: string): Frame[] =>
    lines.filter((line) => line.startsWith(arrow)).map((line) => frameOf(line.slice(arrow.length)));
  return { title, client: from("  -> "), server: from("  <- ") };
}

function frameOf(text: string): Frame {
  return text.startsWith("BIN ") ? new Uint8Array(Buffer.from(text.slice(4), "hex")) : text;
}

/** Sections of version 1 of the protocol; all others are of version 2. */
const OF_V1 = new Set(["V1", "no vsn: array frame then object"]);

/** What the raw client sent wrong on purpose, by section, and the code of the DecodeError. */
const MALFORMED: Readonly<Record<string, string>> = {
  "malformed: invalid JSON": "invalid_json",
  "malformed: JSON non-array": "invalid_message",
  "malformed: too short array": "invalid_message",
  "malformed: bad binary": "unknown_kind",
  // Kind 2, which only a server may write.
  "malformed: broadcast-typed binary": "unknown_kind",
  "malformed: empty text": "invalid_json",
};

/** An array, sent to a server that speaks V1. */
const ARRAY_UNDER_V1 = '[null,"2","phoenix","heartbeat",{}]';

const wellFormed = sections
  .filter(({ title }) => !(title in MALFORMED))
  .map(({ title, client, server }) => ({
    title,
    serializer: serializerOf(title),
    client: client.filter((frame) => frame !== ARRAY_UNDER_V1),
    server,
  }));

function serializerOf(title: string): Serializer {
  return OF_V1.has(title) ? V1 : V2;
}

test("the recording is whole: each section is either spelled out or malformed on purpose", () => {
  expect(sections.map(({ title }) => title).sort()).toEqual(
    [...Object.keys(SAID), ...Object.keys(MALFORMED)].sort(),
  );
  expect(sections.flatMap(({ server }) => server)).toHaveLength(67);
  expect(sections.flatMap(({ client }) => client)).toHaveLength(64);
});

describe.each(wellFormed)("$title", ({ title, serializer, client, server }) => {
  const said = SAID[title];

  test("each frame of the server decodes to its message", () => {
    expect(server.map((frame) => serializer.decode(frame, "server"))).toStrictEqual(said?.server);
  });

  test("each message of the client encodes to its frame, byte for byte", () => {
    expect(said?.client.map((message) => serializer.encode(message))).toStrictEqual(client);
  });

  test("each frame of the client decodes to its message, for a server's use", () => {
    expect(client.map((frame) => serializer.decode(frame, "client"))).toStrictEqual(said?.client);
  });

  test("each message of the server encodes to what Phoenix wrote", () => {
    const written = said?.server.map((message) => serializer.encode(message));
    if (serializer === V2) expect(written).toStrictEqual(server);
    // Under V1 the fields stand in another order.
    else expect(written?.map(parsed)).toStrictEqual(server.map(parsed));
  });
});

function parsed(frame: Frame): unknown {
  return JSON.parse(String(frame));
}

test.each(Object.entries(MALFORMED))("%s is a DecodeError: %s", (title, code) => {
  const section = sections.find((one) => one.title === title);
  expect(section?.client).toHaveLength(1);
  expect(() => V2.decode(section?.client[0] ?? "", "client")).toThrow(
    expect.objectContaining({ name: "DecodeError", code }),
  );
});

test("an array under V1 is a DecodeError", () => {
  expect(() => V1.decode(ARRAY_UNDER_V1, "client")).toThrow(DecodeError);
});
