// What the command's exit codes mean. They are part of its interface: scripts rely on them.

export const EXIT = {
  /** All went as asked. */
  ok: 0,
  /** The demo: something that was promised did not hold. listen: the end was not clean. cutover: a client could not be tried. All: output was lost. */
  failed: 1,
  /** The command line, or a line of standard input, cannot be understood. */
  usage: 2,
  /** No connection could be made, or it ended for good. */
  notConnected: 3,
  /** A topic could not be joined, or its channel ended for good. */
  notJoined: 4,
  /** A push was refused, or not answered. */
  notPushed: 5,
  /** A signal ended it before it was done: 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `Exit codes:
  0    all went as asked
  1    demo: a promise did not hold; listen: the end was not clean; cutover: a client
       could not be tried; all: output was lost
  2    the command line, or a line of standard input, cannot be understood
  3    no connection could be made, or it ended for good
  4    a topic could not be joined, or its channel ended for good
  5    a push was refused, or not answered
  130  a signal ended it before it was done
`;
