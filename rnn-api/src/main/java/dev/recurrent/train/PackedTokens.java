package dev.recurrent.train;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Tokens in as few bytes each as the largest of them needs: one, two or four. Immutable. */
final class PackedTokens {
  private static final int BYTE = 0xff;

  private final byte @Nullable [] bytes;
  private final char @Nullable [] chars;
  private final int[] ints;

  private PackedTokens(byte @Nullable [] bytes, char @Nullable [] chars, int[] ints) {
    this.bytes = bytes;
    this.chars = chars;
    this.ints = ints;
  }

  /** Packs tokens, which are copied. */
  static PackedTokens of(int[] tokens) {
    int largest = 0;
    boolean negative = false;
    for (int token : tokens) {
      largest = Math.max(largest, token);
      negative |= token < 0;
    }
    if (negative || largest > Character.MAX_VALUE) {
      return new PackedTokens(null, null, tokens.clone());
    }
    if (largest <= BYTE) {
      var bytes = new byte[tokens.length];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) tokens[i];
      }
      return new PackedTokens(bytes, null, new int[0]);
    }
    var chars = new char[tokens.length];
    for (int i = 0; i < chars.length; i++) {
      chars[i] = (char) tokens[i];
    }
    return new PackedTokens(null, chars, new int[0]);
  }

  /** Tells whether there may be negative ones, which losses ignore. */
  boolean mayBeNegative() {
    return bytes == null && chars == null;
  }

  int length() {
    return bytes != null ? bytes.length : chars != null ? chars.length : ints.length;
  }

  int get(int index) {
    return bytes != null ? bytes[index] & BYTE : chars != null ? chars[index] : ints[index];
  }

  /** Returns {@link Arrays#hashCode(int[])} of the tokens. */
  int hash() {
    int hash = 1;
    for (int i = 0; i < length(); i++) {
      hash = 31 * hash + get(i);
    }
    return hash;
  }
}
