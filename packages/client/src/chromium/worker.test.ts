// The transport over the platform's WebSocket in the conformance suite, in a Web Worker of Chromium.
import { afterAll } from "vitest";
import {
  describeTransport,
  type TransportAbilities,
} from "../conformance/transport.conformance.ts";
import { dialInWorker, launchChromium } from "../fixtures/chromium.ts";

const can: TransportAbilities = {
  seesCloseFrame: false,
  failsByTheBook: false,
  dialsAtOnce: false,
  resets: false,
  seesStatus: false,
  sendsHeaders: false,
  pauses: false,
};

const browser = await launchChromium();
afterAll(() => browser.close());
const dial = await dialInWorker(await browser.newPage());

describeTransport({ name: "of a Web Worker", dial, can, servers: {} });
