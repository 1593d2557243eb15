package io.pollux.ha.role;

import io.pollux.ha.takeover.TakeoverRecord;
import io.pollux.ha.takeover.TakeoverStep;
import java.util.OptionalLong;

/** Where the role machine is: finer than {@link RoleState}, because steps take time. */
sealed interface Phase {
  /** Not started, or stopped. */
  record Idle() implements Phase {}

  /** Closing the gate and removing addresses before anything else. */
  record Booting(boolean gateClosed, StepId step, long deadlineNs) implements Phase {}

  /**
   * Back after a restart alone, gate open all the while: listening whether somebody else reigns.
   */
  record Resuming(long deadlineNs) implements Phase {}

  /** Standby that listens. */
  record Watching() implements Phase {}

  /** Standby that has asked the peer to yield. */
  record Asking(long id, Reason cause, OptionalLong command, boolean yielded, long deadlineNs)
      implements Phase {}

  /**
   * On the way to active.
   *
   * @param sure the former active node said itself that it is gone: an advertisement that is read
   *     now was sent before that
   */
  record Rising(
      TakeoverRecord record,
      TakeoverStep current,
      StepId step,
      long startedNs,
      Reason cause,
      OptionalLong command,
      boolean sure)
      implements Phase {
    boolean gateOpen() {
      return current.compareTo(TakeoverStep.GATE) > 0;
    }
  }

  /** Active. */
  record Reigning() implements Phase {}

  /**
   * On the way down.
   *
   * @param wasOpen whether the gate was open
   * @param ask whom to tell GO: the id of a request, 0 for a GO that was not asked for, empty for
   *     nobody
   */
  record Falling(
      Stage stage,
      StepId step,
      long deadlineNs,
      Target target,
      Reason reason,
      String detail,
      boolean wasOpen,
      boolean discard,
      OptionalLong ask,
      OptionalLong command)
      implements Phase {
    Falling at(Stage next, StepId nextStep, long nextDeadlineNs) {
      return new Falling(
          next, nextStep, nextDeadlineNs, target, reason, detail, wasOpen, discard, ask, command);
    }

    Falling discarding() {
      return new Falling(
          stage, step, deadlineNs, target, reason, detail, wasOpen, true, ask, command);
    }

    Falling asked(long id) {
      return new Falling(
          stage,
          step,
          deadlineNs,
          target,
          reason,
          detail,
          wasOpen,
          discard,
          OptionalLong.of(id),
          command);
    }
  }

  /** Gate closed, waiting for the cause to go away. */
  record Broken(long sinceNs) implements Phase {}

  /** Steps of the way down, in order. */
  enum Stage {
    CLOSE_GATE,
    REMOVE_VIPS,
    FINAL_COUNTERS
  }

  /** Where the way down ends. */
  enum Target {
    STANDBY,
    FAULT,
    INIT
  }
}
