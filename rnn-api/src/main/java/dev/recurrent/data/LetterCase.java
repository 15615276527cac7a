package dev.recurrent.data;

/** What a tokenizer does to capital letters. */
public enum LetterCase {
  /** Leaves letters as they are. */
  KEEP,
  /** Turns capital letters into small ones, by rules that are the same in every country. */
  LOWER
}
