package io.pollux.it.lab;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test, or a class of tests, that needs a real SA: runs in the kernel lab, is skipped with that
 * reason elsewhere.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("lab")
@ExtendWith(InsideLab.class)
public @interface LabTest {
  /** The kernel must have XFRM interfaces; Debian's guest kernel has not. */
  boolean xfrmInterface() default false;
}
