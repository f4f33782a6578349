// The whole of @slipstream/client/react: hooks for sockets, channels and presence. They hold what they
// need for as long as components are there, and are safe under StrictMode.
export { useChannel, type AnySocket, type ChannelParams, type ChannelView } from "./use-channel.ts";
export { usePresence } from "./use-presence.ts";
export { useSocket, type SocketView } from "./use-socket.ts";
