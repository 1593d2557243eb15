package io.pollux.agent.convert;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Follows {@code include PATTERN} as strongSwan and libreswan do: the pattern is glob(3)'s, a
 * relative one starts at the folder of the file that it stands in, files are read in the order of
 * their names, and one that matches nothing includes nothing. What is there and cannot be read is
 * noted.
 */
final class Includes {
  private static final int DEEPEST = 16;
  private static final int MOST_FILES = 4096;
  private static final long MOST_OCTETS = 16L << 20;

  private final Deque<Path> open = new ArrayDeque<>();
  private final List<Path> files = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** Of what this file includes. */
  Includes(Source named) {
    open.push(named.file());
  }

  /** A line of the file that is being read. */
  Place place(int line) {
    return new Place(open.size() == 1 ? Optional.empty() : Optional.of(open.peek()), line);
  }

  /** The files that were read beside the one that was named. */
  List<Path> files() {
    return Collections.unmodifiableList(files);
  }

  /** What could not be read. */
  List<String> notes() {
    return Collections.unmodifiableList(notes);
  }

  /** Hands over each file that the pattern names. */
  void follow(String pattern, int line, Consumer<Source> parse) {
    Place from = place(line);
    for (Path file : matching(pattern, from)) {
      Optional<String> text = read(file, from);
      if (text.isPresent()) {
        files.add(file);
        open.push(file);
        parse.accept(new Source(file, text.get()));
        open.pop();
      }
    }
  }

  private Optional<String> read(Path file, Place from) {
    if (open.contains(file)) {
      return refused(from, file, "includes itself, and is not read again");
    }
    if (open.size() > DEEPEST || files.size() >= MOST_FILES) {
      return refused(from, file, "is one include too many, and is not read");
    }
    try {
      BasicFileAttributes kind = Files.readAttributes(file, BasicFileAttributes.class);
      if (!kind.isRegularFile() || kind.size() > MOST_OCTETS) {
        return refused(from, file, "is no file with a configuration, and is not read");
      }
      return Optional.of(Files.readString(file));
    } catch (IOException failed) {
      return refused(from, file, "cannot be read: " + reason(failed));
    }
  }

  private <T> Optional<T> refused(Place from, Path file, String what) {
    notes.add(from + ": " + file + " " + what);
    return Optional.empty();
  }

  private static String reason(IOException failed) {
    return switch (failed) {
      case AccessDeniedException _ -> "no permission";
      case CharacterCodingException _ -> "it is not UTF-8";
      default -> failed.getMessage();
    };
  }

  private List<Path> matching(String pattern, Place from) {
    Path folder = open.peek().resolveSibling(""); // "" for a file in the root: still absolute
    boolean absolute = pattern.startsWith("/");
    List<Path> found = List.of(absolute ? Path.of("/") : folder);
    for (String name : pattern.split("/+")) {
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      List<Path> deeper = new ArrayList<>();
      for (Path parent : found) {
        deeper.addAll(
            isPlain(name) ? List.of(parent.resolve(plain(name))) : matching(parent, name, from));
      }
      found = deeper;
    }
    // A name without wildcards that is not there: both daemons go on without it.
    return found.stream().map(Path::normalize).filter(this::isThere).toList();
  }

  private boolean isThere(Path file) {
    return !Files.notExists(file); // also where nobody may tell: the attempt to read it says so
  }

  private List<Path> matching(Path parent, String wildcards, Place from) {
    Pattern name = regex(wildcards);
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent)) {
      for (Path entry : entries) {
        String text = entry.getFileName().toString();
        if (name.matcher(text).matches() && text.startsWith(".") == wildcards.startsWith(".")) {
          all.add(entry);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException _) {
      return List.of();
    } catch (IOException | DirectoryIteratorException failed) {
      notes.add(from + ": " + parent + " cannot be read: " + because(failed));
    }
    Collections.sort(all);
    return all;
  }

  private static String because(Exception failed) {
    return reason(
        failed instanceof IOException io ? io : ((DirectoryIteratorException) failed).getCause());
  }

  private static boolean isPlain(String name) {
    return !name.replaceAll("\\\\.", "").matches(".*[*?\\[].*");
  }

  private static String plain(String name) {
    return name.replaceAll("\\\\(.)", "$1");
  }

  private static Pattern regex(String wildcards) {
    StringBuilder regex = new StringBuilder();
    int i = 0;
    while (i < wildcards.length()) {
      char c = wildcards.charAt(i);
      int end = c == '[' ? wildcards.indexOf(']', i + 2) : -1;
      if (end > 0) {
        String set = wildcards.substring(i + 1, end).replaceAll("[\\\\\\[&]", "\\\\$0");
        regex.append('[').append(set.replaceFirst("^!", "^")).append(']');
        i = end;
      } else if (c == '\\' && i + 1 < wildcards.length()) {
        i++;
        regex.append(Pattern.quote(wildcards.substring(i, i + 1)));
      } else {
        regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
      }
      i++;
    }
    try {
      return Pattern.compile(regex.toString());
    } catch (PatternSyntaxException _) {
      return Pattern.compile(Pattern.quote(wildcards)); // a set like [z-a] matches nothing else
    }
  }
}
