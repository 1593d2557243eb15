package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class GuardNewsTest {
  private final List<String> told = new ArrayList<>();
  private final List<CompletableFuture<Boolean>> questions = new ArrayList<>();
  private String state = "";
  private final GuardNews news =
      new GuardNews(told::add, () -> told.add("beat"), this::ask, () -> state);

  private CompletableFuture<Boolean> ask() {
    questions.add(new CompletableFuture<>());
    return questions.getLast();
  }

  @Test
  void saysNothingBeforeItIsReadyAndEveryStateOnce() {
    news.turn();
    assertThat(told).isEmpty();
    state = "standby (in sync)";
    news.turn();
    news.turn();
    state = "active (alone)";
    news.turn();
    assertThat(told).containsExactly("standby (in sync)", "active (alone)");
  }

  @Test
  void beatsOnlyWhenTheEngineAnswers() {
    news.turn();
    news.turn();
    assertThat(questions).as("no second question before the first is answered").hasSize(1);
    assertThat(told).isEmpty();
    questions.getLast().complete(true);
    assertThat(told).containsExactly("beat");
    news.turn();
    assertThat(questions).hasSize(2);
  }
}
