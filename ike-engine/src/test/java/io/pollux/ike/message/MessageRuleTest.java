package io.pollux.ike.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.ike.payload.PayloadType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MessageRuleTest {
  @Test
  void everyExchangeHasOneRowPerDirection() {
    for (Exchange exchange : Exchange.values()) {
      for (Direction direction : Direction.values()) {
        assertThat(MessageRule.TABLE)
            .filteredOn(rule -> rule.exchange() == exchange && rule.direction() == direction)
            .hasSize(1);
        assertThat(MessageRule.of(exchange, direction).exchange()).isEqualTo(exchange);
      }
    }
  }

  @Test
  void everyPayloadOccursInSomeRow() {
    Set<PayloadType> named = EnumSet.of(PayloadType.SK, PayloadType.SKF); // the envelopes
    for (MessageRule rule : MessageRule.TABLE) {
      for (MessageRule.Occurs occurs : all(rule)) {
        named.add(occurs.type());
        assertThat(occurs.min()).isBetween(0, occurs.max());
        assertThat(occurs.max()).isBetween(1, MessageRule.MAX_PAYLOADS);
      }
    }
    assertThat(named).containsExactlyInAnyOrder(PayloadType.values());
  }

  @Test
  void noRowNamesAPayloadTwice() {
    for (MessageRule rule : MessageRule.TABLE) {
      assertThat(all(rule).stream().map(MessageRule.Occurs::type).toList())
          .filteredOn(type -> rule.exchange() != Exchange.INFORMATIONAL)
          .doesNotHaveDuplicates();
    }
  }

  private static List<MessageRule.Occurs> all(MessageRule rule) {
    List<MessageRule.Occurs> all = new ArrayList<>(rule.clear());
    rule.inner().ifPresent(all::addAll);
    return all;
  }
}
