package dev.recurrent.cell;

/** Names the elementwise functions of two arguments that a program may use. */
public enum BinaryOp {
  /** a + b. */
  PLUS {
    @Override
    public double apply(double a, double b) {
      return a + b;
    }
  },
  /** a - b. */
  MINUS {
    @Override
    public double apply(double a, double b) {
      return a - b;
    }
  },
  /** a * b. */
  TIMES {
    @Override
    public double apply(double a, double b) {
      return a * b;
    }
  },
  /** a / b. */
  DIVIDE {
    @Override
    public double apply(double a, double b) {
      return a / b;
    }
  },
  /** The larger of a and b; where they are equal the gradient goes to a. */
  MAX {
    @Override
    public double apply(double a, double b) {
      return Math.max(a, b);
    }
  },
  /** The smaller of a and b; where they are equal the gradient goes to a. */
  MIN {
    @Override
    public double apply(double a, double b) {
      return Math.min(a, b);
    }
  },
  /** 1 where a is greater than b, otherwise 0; it has no gradient. */
  GREATER {
    @Override
    public double apply(double a, double b) {
      return a > b ? 1 : 0;
    }
  };

  /** Computes the function in double precision: the reference for every backend. */
  public abstract double apply(double a, double b);
}
