package dev.recurrent.cuda.driver;

import java.nio.file.Path;
import java.util.List;

/**
 * Says which of CUDA's libraries are to be used.
 *
 * @param preload what the two depend on, to be loaded before them and in this order
 */
public record LibraryChoice(List<Path> preload, Library cublas, Library nvrtc) {

  public LibraryChoice {
    preload = List.copyOf(preload);
  }

  /** Says by what functions of a library are called. */
  public enum Binding {
    /** JCuda's JNI libraries, which ask for CUDA 12. */
    JCUDA("JCuda"),
    /** {@code java.lang.foreign}. */
    FOREIGN("java.lang.foreign");

    private final String text;

    Binding(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * A library.
   *
   * @param version the version of CUDA that it is of, 12 or 13
   */
  public record Library(Path file, int version, Binding binding) {
    @Override
    public String toString() {
      return file + ", by " + binding;
    }
  }
}
