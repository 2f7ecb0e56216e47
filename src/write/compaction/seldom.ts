/** Says at most so many things a second, and how many it kept to itself. */
export class Seldom {
  private second = 0;
  private said = 0;
  private kept = 0;

  constructor(
    private readonly perSecond: number,
    private readonly speak: (message: string) => void,
  ) {}

  say(message: string): void {
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.second) {
      if (this.kept > 0) this.speak(`${this.kept} more lines like the last were left out`);
      this.second = second;
      this.said = 0;
      this.kept = 0;
    }
    if (this.said++ < this.perSecond) this.speak(message);
    else this.kept++;
  }
}
