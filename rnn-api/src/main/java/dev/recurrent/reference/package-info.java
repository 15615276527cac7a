/**
 * The reference backend: every definition of the contract in plain loops and double precision. Slow
 * on purpose, and the oracle of every test.
 *
 * <p>Read {@link dev.recurrent.reference.ReferenceInterpreter} first (what each instruction of a
 * cell means), then {@link dev.recurrent.reference.ReferenceRecurrentKernel} (a cell over
 * sequences, forward and backward) and {@link dev.recurrent.reference.ReferenceStorage} (how a test
 * reads and writes numbers without rounding them to float).
 */
@NullMarked
package dev.recurrent.reference;

import org.jspecify.annotations.NullMarked;
