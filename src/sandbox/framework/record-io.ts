/** RecordIO as Mesos streams it: decimal length, a newline, that many bytes; cut anywhere into chunks. Pure. */
export class RecordDecoder {
  private rest: Buffer = Buffer.alloc(0);

  /** The records that are complete now. Throws when the stream is none of that form. */
  push(chunk: Buffer): string[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const records: string[] = [];
    for (;;) {
      const line = this.rest.indexOf(0x0a);
      if (line < 0) break;
      const text = this.rest.subarray(0, line).toString("latin1");
      if (!/^\d+$/.test(text)) throw new Error(`a record's length is expected, not '${text.slice(0, 40)}'`);
      const end = line + 1 + Number(text);
      if (this.rest.length < end) break;
      records.push(this.rest.subarray(line + 1, end).toString("utf8"));
      this.rest = this.rest.subarray(end);
    }
    return records;
  }
}
