package io.pollux.ike.sad;

import io.pollux.ike.crypto.Secret;

/**
 * KEYMAT of a Child SA (RFC 7296 section 2.17), by direction as this gateway sees it. Encryption
 * keys include the salt of a counter mode or AEAD (RFC 4106 section 8.1), integrity keys are empty
 * with an AEAD.
 */
public record EspKeys(
    Secret inboundEncryption,
    Secret inboundIntegrity,
    Secret outboundEncryption,
    Secret outboundIntegrity) {}
