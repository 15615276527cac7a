/**
 * Times this project and other libraries on the same work, side by side in one run. Every candidate
 * is a process of its own that answers requests in lines of JSON: Java ones run {@link
 * dev.recurrent.bench.compare.PeerMain}, Python ones the script {@code rnn-bench/peers.py}.
 *
 * <p>Read first: {@link dev.recurrent.bench.compare.Work}, {@link
 * dev.recurrent.bench.compare.Peer}, {@link dev.recurrent.bench.compare.Goals}.
 */
@NullMarked
package dev.recurrent.bench.compare;

import org.jspecify.annotations.NullMarked;
