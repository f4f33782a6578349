// A soak finds out sockets that do something wrong with messages and those who take them.
import { BROKEN_MESSAGES } from "./testing/broken/messages.ts";
import { testThatSoaksFindOut } from "./testing/find-out.ts";

testThatSoaksFindOut(BROKEN_MESSAGES);
