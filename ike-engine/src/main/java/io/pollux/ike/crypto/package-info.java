/**
 * Everything that touches key material: transforms, key schedule, key exchange methods, AEAD,
 * signatures, and {@link io.pollux.ike.crypto.Secret}. The only package of the engine that may see
 * Conscrypt, the JDK's providers and Bouncy Castle; providers are passed as objects, the global
 * list is never reordered.
 */
package io.pollux.ike.crypto;
