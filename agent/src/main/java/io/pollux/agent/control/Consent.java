package io.pollux.agent.control;

import java.util.stream.Collectors;

/** What became of a question to the operator. */
public enum Consent {
  /** Go on. */
  YES,
  /** Leave it. */
  NO,
  /** Asked; the answer comes with another request, and this one ends without a deed. */
  ASKED,
  /** Nobody sits at a terminal. */
  NOBODY;

  /** The flag of every command that asks. */
  public static final Flag FLAG = Flag.plain("yes", "do not ask; needed where nobody can answer");

  private static final int LONGEST = 1000; // code points: what polluxctl keeps of a question

  /** What a question ends with. */
  static final String PROMPT = "Go on? [y/N] ";

  /**
   * Asks before something that cannot be undone.
   *
   * @param what will be done, in one or two lines with the facts that matter. It must not hold what
   *     differs from second to second: the answer is to these words
   * @return whether to do it now
   * @throws CommandException it is not to be done: refused, or nobody can be asked
   */
  public static boolean given(Output out, String what) throws CommandException {
    String question =
        what.lines()
            .map(Table::clean)
            .collect(Collectors.joining("\n"))
            .codePoints()
            .limit(LONGEST)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    return switch (out.ask(question)) {
      case YES -> true;
      case ASKED -> {
        out.exit(ExitStatus.NEGATIVE);
        yield false;
      }
      case NO -> throw CommandException.negative("nothing was done");
      case NOBODY -> {
        out.errorLine(question);
        throw CommandException.usage(
            "nothing was done; where nobody can be asked this needs --yes");
      }
    };
  }
}
