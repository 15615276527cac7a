/** The command line {@code rnn} and one example for each kind of sequence task. */
@NullMarked
package dev.recurrent.examples;

import org.jspecify.annotations.NullMarked;
