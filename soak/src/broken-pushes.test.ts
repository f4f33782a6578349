// A soak finds out sockets that do something wrong with pushes.
import { BROKEN_PUSHES } from "./testing/broken/pushes.ts";
import { testThatSoaksFindOut } from "./testing/find-out.ts";

testThatSoaksFindOut(BROKEN_PUSHES);
