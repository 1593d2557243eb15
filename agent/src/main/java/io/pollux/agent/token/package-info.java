/**
 * Private keys in tokens that speak PKCS#11 (OASIS, version 2.40): smart cards, HSMs, SoftHSM. The
 * module is called through its function list, not through the JDK's provider, whose key store finds
 * a key only by a certificate beside it and knows neither CKA_ID nor a token that comes back.
 * Nothing here runs on the thread of an SA: a token may take its time.
 */
package io.pollux.agent.token;
