package io.pollux.ike.rfc;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The sentences that a test proves, as they are numbered in {@code rfc/requirements.tsv}: RFC,
 * section, running number, for example {@code 7296-2.1-3}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Rfc {
  String[] value();
}
