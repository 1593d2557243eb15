package io.pollux.agent.reload;

import io.pollux.ike.policy.PolicyChange;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection that is not what it was.
 *
 * @param device its device or routes changed, which the IKE engine does not know of
 * @param keys of its section that differ; empty where the content of a file does
 */
public record ConnectionDiff(
    String name, Kind kind, PolicyChange change, boolean device, List<KeyChange> keys) {
  public ConnectionDiff {
    keys = List.copyOf(keys);
  }

  /** What happened to it. */
  public enum Kind {
    ADDED,
    REMOVED,
    CHANGED
  }

  /** Whether all its SAs end. */
  public boolean startsOver() {
    return device || change instanceof PolicyChange.StartOver;
  }

  /** What a reload does about it, for people. */
  public String consequence() {
    return switch (kind) {
      case ADDED -> "blocks its traffic until it is up";
      case REMOVED -> "its SAs are deleted; its networks are not protected any more";
      case CHANGED -> startsOver() ? "its SAs are deleted and negotiated anew" : kept();
    };
  }

  private String kept() {
    List<String> all = new ArrayList<>(List.of("its IKE SA stays"));
    switch (change) {
      case PolicyChange.Kept(var over, var fresh) -> {
        if (!over.isEmpty()) {
          all.add("SAs of " + String.join(", ", over) + " are deleted");
        }
        if (!fresh.isEmpty()) {
          all.add("new: " + String.join(", ", fresh));
        }
        if (over.isEmpty() && fresh.isEmpty()) {
          all.add("no SA is touched");
        }
      }
      case PolicyChange.None _, PolicyChange.StartOver _ -> {}
    }
    return String.join("; ", all);
  }
}
