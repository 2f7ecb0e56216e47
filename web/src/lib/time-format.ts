import { wallClock } from './times';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Prints a time by gnuplot's form (strftime's letters), such as `%H:%M` or `%Y/%m/%d`. Letters that it does not know stay. */
export function gnuplotTime(form: string, ms: number, zone: string): string {
  const { year, month, day, hour, minute, second, weekday } = wallClock(ms, zone);
  return form.replace(/%([a-zA-Z%])/g, (all, letter: string) => {
    switch (letter) {
      case '%':
        return '%';
      case 'Y':
        return year;
      case 'y':
        return year.slice(-2);
      case 'm':
        return month;
      case 'd':
        return day;
      case 'e':
        return String(Number(day)).padStart(2);
      case 'b':
      case 'h':
        return MONTHS[Number(month) - 1];
      case 'a':
        return weekday;
      case 'H':
        return hour;
      case 'I':
        return String(((Number(hour) + 11) % 12) + 1).padStart(2, '0');
      case 'p':
        return Number(hour) < 12 ? 'AM' : 'PM';
      case 'M':
        return minute;
      case 'S':
        return second;
      case 's':
        return String(Math.floor(ms / 1000));
      case 'D':
        return `${month}/${day}/${year.slice(-2)}`;
      case 'F':
        return `${year}-${month}-${day}`;
      case 'T':
        return `${hour}:${minute}:${second}`;
      case 'R':
        return `${hour}:${minute}`;
      default:
        return all;
    }
  });
}
