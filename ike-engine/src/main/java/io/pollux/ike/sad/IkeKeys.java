package io.pollux.ike.sad;

import io.pollux.ike.crypto.Secret;

/** The seven keys of an IKE SA (RFC 7296 section 2.14), as derived. */
public record IkeKeys(
    Secret skD, Secret skAi, Secret skAr, Secret skEi, Secret skEr, Secret skPi, Secret skPr) {}
