package io.pollux.agent.runtime;

import io.pollux.agent.kernel.NetTable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A start goes step by step: each waits for the thread that carries it out. */
final class Answers {
  private static final long SECONDS = 10;

  private Answers() {}

  /** Work that answers. */
  interface Starter<T> {
    void start(Consumer<T> reply);
  }

  /** Starts something and waits until it has answered; a refusal or silence is the exception. */
  static <T> T await(Starter<T> starter, String what) throws IOException {
    CompletableFuture<T> answer = new CompletableFuture<>();
    starter.start(answer::complete);
    return await(answer, what);
  }

  static <T> T await(CompletableFuture<T> answer, String what) throws IOException {
    try {
      T value = answer.get(SECONDS, TimeUnit.SECONDS);
      if (value instanceof NetTable.Outcome outcome && !outcome.ok()) {
        throw new IOException(what + ": " + outcome.detail());
      }
      return value;
    } catch (TimeoutException late) {
      throw new IOException(what + ": no answer in " + SECONDS + " s", late);
    } catch (ExecutionException failed) {
      throw new IOException(what + ": " + failed.getCause().getMessage(), failed.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(what + ": interrupted", e);
    }
  }
}
