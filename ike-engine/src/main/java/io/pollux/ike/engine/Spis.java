package io.pollux.ike.engine;

import io.pollux.ike.sad.EspSpi;
import io.pollux.ike.sad.IkeSpi;

/** Draws SPIs: with the node's bit, not reserved, and none that an SA of this pair has. */
final class Spis {
  private static final int FIRST_ESP_SPI = 256; // RFC 4303 section 2.1

  private final int nodeBit;
  private final Entropy entropy;
  private final Registry registry;

  Spis(int nodeBit, Entropy entropy, Registry registry) {
    this.nodeBit = nodeBit;
    this.entropy = entropy;
    this.registry = registry;
  }

  IkeSpi newIkeSpi() {
    while (true) {
      long drawn = entropy.ikeSpi() & Long.MAX_VALUE | (long) nodeBit << 63;
      IkeSpi spi = new IkeSpi(drawn);
      if (drawn != 0 && !registry.knows(spi)) {
        return spi;
      }
    }
  }

  EspSpi newEspSpi() {
    while (true) {
      int drawn = entropy.espSpi() & Integer.MAX_VALUE | nodeBit << 31;
      if (drawn < 0 || drawn >= FIRST_ESP_SPI) {
        EspSpi spi = new EspSpi(drawn);
        if (!registry.knows(spi)) {
          return spi;
        }
      }
    }
  }
}
