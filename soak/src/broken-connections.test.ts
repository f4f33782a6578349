// A soak finds out sockets that do something wrong with connections and memberships.
import { BROKEN_CONNECTIONS } from "./testing/broken/connections.ts";
import { testThatSoaksFindOut } from "./testing/find-out.ts";

testThatSoaksFindOut(BROKEN_CONNECTIONS);
