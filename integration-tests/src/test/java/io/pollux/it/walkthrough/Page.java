package io.pollux.it.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of docs/ as its fenced blocks. What a block is follows from the paragraph before it: a
 * path in back quotes makes it that file, a command in back quotes what that command prints,
 * anything else commands to type.
 */
final class Page {
  private static final Path DOCS = Path.of(System.getProperty("pollux.root", ".."), "docs");
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
  private static final Pattern NODE = Pattern.compile("\\bon (gw-[ab])\\b");
  private static final String FENCE = "```";

  /**
   * One fenced block.
   *
   * @param before the paragraph that introduces it
   * @param text its lines, each with its end
   */
  record Block(String before, String text) {
    /** What stands in back quotes where its introduction begins; empty without. */
    String about() {
      Matcher quoted = QUOTED.matcher(before.strip());
      return quoted.lookingAt() ? quoted.group(1) : "";
    }

    /** Whether it is for that node: its introduction says "on" that one first, or on none. */
    boolean isFor(String node) {
      Matcher where = NODE.matcher(before);
      return !where.find() || where.group(1).equals(node);
    }

    /** The lines to type, without what a shell takes for a comment. */
    List<String> commands() {
      return text.lines().map(l -> l.replaceFirst("\\s+# .*", "").strip()).toList();
    }

    /** Whether these are the lines shown, all of them; "…" stands for anything. */
    boolean shows(String printed) {
      String shown = text.lines().map(Block::pattern).collect(Collectors.joining("\\R"));
      return printed.stripTrailing().matches(shown);
    }

    private static String pattern(String line) {
      return Stream.of(line.strip().split("\\s+"))
          .map(
              word ->
                  Stream.of(word.split("…", -1))
                      .map(part -> part.isEmpty() ? "" : Pattern.quote(part))
                      .collect(Collectors.joining(".*")))
          .collect(Collectors.joining("\\h+", "\\h*", "\\h*"));
    }
  }

  private final String name;
  private final List<Block> blocks = new ArrayList<>();

  /** Reads docs/NAME. */
  Page(String name) {
    this.name = name;
    StringBuilder before = new StringBuilder();
    StringBuilder inside = null;
    for (String line : lines()) {
      if (line.strip().startsWith(FENCE)) {
        if (inside != null) {
          blocks.add(new Block(before.toString(), inside.toString()));
          before.setLength(0);
        }
        inside = inside == null ? new StringBuilder() : null;
      } else if (inside != null) {
        inside.append(line).append('\n');
      } else if (line.isBlank()) {
        // The blank line between a paragraph and its block keeps the paragraph.
        before.append('\n');
      } else {
        if (before.toString().endsWith("\n\n")) {
          before.setLength(0);
        }
        before.append(line).append('\n');
      }
    }
    assertThat(inside).as("an open block in %s", name).isNull();
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(DOCS.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All blocks in their order. */
  List<Block> blocks() {
    return blocks;
  }

  /** The one block that is about this. */
  Block block(String about) {
    List<Block> found = blocks.stream().filter(b -> b.about().equals(about)).toList();
    assertThat(found).as("blocks of %s about %s", name, about).hasSize(1);
    return found.getFirst();
  }
}
