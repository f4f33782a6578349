#!/usr/bin/env node
// The command. A file that is there before the build, so that npm finds something to link.
// oxlint-disable-next-line no-restricted-imports -- the build is this package's own
import "../dist/main.js";
