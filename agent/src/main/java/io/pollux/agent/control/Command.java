package io.pollux.agent.control;

import java.util.List;

/** One command of polluxctl. Stateless: several clients may run it at the same time. */
public interface Command {

  /** One or more words: {@code status}, {@code ha status}. */
  String name();

  /** What follows the name, for the help: {@code [NAME] [--spi SPI]}; empty if nothing does. */
  String synopsis();

  /** True if it changes nothing, so that members of {@code pollux-monitor} may run it. */
  boolean readOnly();

  /**
   * Answers. May block; runs on a virtual thread. A client that went away shows as {@link
   * Output#closed()}.
   *
   * @throws CommandException ends the answer with its status and message; every other exception is
   *     status 70
   */
  void run(Invocation in, Output out) throws Exception;

  /** What it does, one line for the list of commands. */
  default String summary() {
    return "";
  }

  /** More about it, for {@code help NAME}; may have several lines. */
  default String description() {
    return "";
  }

  /** Its own flags. */
  default List<Flag> flags() {
    return List.of();
  }

  /** How many arguments may follow; more is a usage error before {@link #run} is called. */
  default int maxArguments() {
    return Integer.MAX_VALUE;
  }

  /** True if {@code --watch[=SECONDS]} makes sense: then {@link #run} is called again and again. */
  default boolean watchable() {
    return false;
  }
}
