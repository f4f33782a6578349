// The whole of @slipstream/faults: TCP servers and relays that misbehave on purpose.
export * from "./frames.ts";
export {
  certificateAuthority,
  selfSigned,
  type CertificateAuthority,
  type CertificateNames,
  type SelfSigned,
} from "./certificate.ts";
export { installedChromium, type InstalledChromium } from "./chromium.ts";
export { FrameReader, type ReadFrame } from "./frame-reader.ts";
export { acceptValue, type AcceptOptions, type Refusal, type RequestHead } from "./handshake.ts";
export { FullServer } from "./full-server.ts";
export {
  kernelSockets,
  ownKernelSockets,
  type KernelSocket,
  type TcpState,
} from "./kernel-sockets.ts";
export { PeerGoneError, RawPeer } from "./raw-peer.ts";
export { PostgresCluster } from "./postgres-cluster.ts";
export { RawServer, type RawServerOptions, type Script } from "./raw-server.ts";
export { Relay, type RelayBehaviour, type RelayOptions } from "./relay.ts";
export { UpgradeFilter, type UpgradeFate } from "./upgrade-filter.ts";
export { WireLog, type Side, type WireEvent } from "./wire-log.ts";
export { FaultRelay, type FaultRelayOptions } from "./fault-relay.ts";
export {
  FAULTLESS,
  FAULTLESS_LANE,
  type ClosingFault,
  type FaultKind,
  type FaultScript,
  type Interruption,
  type LaneScript,
  type Opening,
} from "./fault-script.ts";
export { randomFaults, type Dice } from "./random-faults.ts";
export { commandOf, type RuntimeName } from "./runtimes.ts";
export { Speaker, type Sentence } from "./speaker.ts";
export { sparePort } from "./spare-port.ts";
export { Tab, TabbedBrowser } from "./tabbed-browser.ts";
